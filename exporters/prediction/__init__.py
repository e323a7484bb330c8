"""What an export would be: its size, the memory it takes when it runs, and what it loses, before anything is built."""
