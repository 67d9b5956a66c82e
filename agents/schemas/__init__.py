"""What programs send and read about agents: their own fields, their parts, their versions."""
