"""What the doctor knows of each subject: evidence as a value, and what of it is good or bad."""
