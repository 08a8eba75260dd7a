"""Tools around Superset: provision it from the bundle, and export the bundle from it."""
