"""The way to the workstation side: what is asked of an export or a verification, who does it, what they answer."""
