"""The facets, one file each. A facet takes what it judges as arguments, gives a Facet, and knows no other facet's."""
