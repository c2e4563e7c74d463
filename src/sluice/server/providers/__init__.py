"""Model vendors behind one Protocol (`base.Provider`); `registry` names them all."""
