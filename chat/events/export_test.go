package events

// ParseBinary is ParseRequest for headers and a body.
var ParseBinary = parseRequest
