"""What every service of the common interface says alike."""
