"""Read, gather, judge, report: the verdict on any credential, facet by facet."""
