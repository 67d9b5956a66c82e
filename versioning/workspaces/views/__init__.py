"""What people see of their workspace: parse, call, present."""
