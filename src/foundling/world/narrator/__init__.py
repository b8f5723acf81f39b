"""world/narrator"""
