package site

// Way is the name of the port at which a program finds a server on a proxied site.
func Way(program, server string) string { return program + "-" + server }

// Reach is where a program finds a server: the server's own port, or on a proxied site
// the port at which whoever asked for it puts a proxy to the server.
func (s *Site) Reach(program, server string) string {
	if !s.Proxied {
		return s.Ports.Addr(server)
	}
	return s.Ports.Addr(Way(program, server))
}

// Behind is where the proxy of a way passes on to. A client of the broker goes where
// the broker says it is, so each way has a listener of its own that names the proxy.
func (s *Site) Behind(program, server string) string {
	if server == Kafka {
		return s.Ports.Addr(KafkaSide + program)
	}
	return s.Ports.Addr(server)
}
