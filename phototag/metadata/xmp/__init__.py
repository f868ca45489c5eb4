"""Reading and changing XMP packets."""
