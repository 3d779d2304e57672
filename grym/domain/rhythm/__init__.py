"""The pulse of a sound: how fast it goes, where its beats fall, which of them begin a bar."""
