//! Plans and thresholds: what is to be hit and what must hold, as text.
