"""The whole way: stations in order, artefact in and artefact out, meeting only through the home folder."""
