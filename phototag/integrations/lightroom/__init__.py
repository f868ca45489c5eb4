"""The plug-in for Lightroom Classic."""
