"""What a field is and how it maps: field types, and lenses between vendor fields and canonical ones."""
