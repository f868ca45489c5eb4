"""The labelled photographs: what people said about them, what phototag saw in them, folds by their source."""
