"""An example template and an example cohort: invented learners, invented bodies."""
