package stack

// Wipe removes what the stack made. It must be down.
func (st *Stack) Wipe() error { return st.Site.Wipe() }
