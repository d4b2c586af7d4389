"""Without this package nothing would be decided: pure jobs and rules, which open no socket, file or process."""
