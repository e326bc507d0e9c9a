package main

// What the specs use of the program.
var (
	Serve       = serve
	StartServer = startServer
	Said        = cannedRecords
)

const (
	ServeVariable = serveVariable
	Endpoint      = endpoint
	PageSize      = pageSize
	Token         = token
)
