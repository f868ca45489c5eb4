"""How often phototag is right, and whether its answers survive what happens to photos."""
