"""Pictures of sound, as PNG files, drawn without a display."""
