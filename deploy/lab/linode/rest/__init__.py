"""The API's manners, the same for all things: who may ask, how, how often, and how no is said."""
