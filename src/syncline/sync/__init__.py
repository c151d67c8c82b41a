"""The story: observe, settle, merge, plan, deliver, park. Each step is a function without a driver."""
