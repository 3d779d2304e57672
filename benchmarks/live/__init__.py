"""Live streams under load: how soon windows are told, what they cost, and whether any is lost."""
