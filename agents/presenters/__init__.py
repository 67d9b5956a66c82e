"""What the pages of an agent say of its configuration."""
