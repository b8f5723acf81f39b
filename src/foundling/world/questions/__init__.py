"""world/questions"""
