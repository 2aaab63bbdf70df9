"""What a run does to a target: nothing that stays, within its budgets, whatever the target answers."""
