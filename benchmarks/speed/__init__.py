"""How long things take, and how that grows: stages, catalogues of many photos, the gallery, the safe write."""
