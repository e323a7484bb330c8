"""Terms and what they must become: read, matched, enforced, counted."""
