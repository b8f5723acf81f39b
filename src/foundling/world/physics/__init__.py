"""Physics in two dimensions: scenes that are simulated, told and asked. A kind and a seed go in, a scene comes out."""
