package chattest

import "net/http"

// The operations of the real-time connection. The first six are requests, in the order in which a client makes them. No contract has them;
// their names were chosen for this package. [Any] includes the six requests and not the last two.
const (
	GetRealtimeConfiguration   Operation = "Realtime_GetConfiguration"
	AllocateRealtimeConnection Operation = "Realtime_AllocateConnection"
	HandshakeRealtime          Operation = "Realtime_Handshake"
	OpenRealtimeSocket         Operation = "Realtime_OpenSocket"
	RegisterRealtime           Operation = "Realtime_Register"
	UnregisterRealtime         Operation = "Realtime_Unregister"

	// DeliverEvent is the delivery of an event over one connection.
	DeliverEvent Operation = "Realtime_DeliverEvent"
	// AcknowledgeFrame is the acknowledgement of a frame that a client has sent over its connection.
	AcknowledgeFrame Operation = "Realtime_AcknowledgeFrame"
)

// realtimeConfigurationVersion is the version of the configuration that the official clients request.
const realtimeConfigurationVersion = "2024-09-01"

// RealtimeOperations lists the operations of the real-time connection.
func RealtimeOperations() []Operation {
	return []Operation{
		GetRealtimeConfiguration, AllocateRealtimeConnection, HandshakeRealtime, OpenRealtimeSocket, RegisterRealtime, UnregisterRealtime,
		DeliverEvent, AcknowledgeFrame,
	}
}

// realtimeRoute is a request of the real-time connection.
type realtimeRoute struct {
	pattern   string
	operation Operation
	serve     http.HandlerFunc
}

// realtimeRoutes lists the requests. The socket has no response and is served elsewhere.
func realtimeRoutes() []realtimeRoute {
	return []realtimeRoute{
		{"GET /chat/config/realTimeNotifications", GetRealtimeConfiguration, getRealtimeConfiguration},
		{"POST /v4/a", AllocateRealtimeConnection, allocateConnection},
		{"GET /socket.io/1/{$}", HandshakeRealtime, handshakeRealtime},
		{"GET /socket.io/1/websocket/{sid}", OpenRealtimeSocket, http.NotFound},
		{"POST /registrar/v3/registrations", RegisterRealtime, register},
		{"DELETE /registrar/v3/registrations/{id}", UnregisterRealtime, unregister},
	}
}

// realtimeOperationOf returns the operation for a pattern of the router. It is empty for any other pattern.
func realtimeOperationOf(pattern string) Operation {
	for _, route := range realtimeRoutes() {
		if route.pattern == pattern {
			return route.operation
		}
	}
	return ""
}

// isRequest reports whether the operation is a request to the service. The empty operation counts as one.
func (o Operation) isRequest() bool {
	return o != DeliverEvent && o != AcknowledgeFrame && o != ValidateWebhook && o != DeliverToWebhook
}

// authorization returns the Authorization header of a request, or an equivalent for the header of the push service.
func (o Operation) authorization(r *http.Request) string {
	if o.hasSkypeToken() {
		return "Bearer " + r.Header.Get(skypeHeader)
	}
	return r.Header.Get("Authorization")
}

// skypeHeader contains the user token of requests to the push service, without a scheme.
const skypeHeader = "X-Skypetoken"

// hasSkypeToken reports whether the user token of a request is in the header of the push service. Such a request has no api-version.
func (o Operation) hasSkypeToken() bool {
	switch o {
	case AllocateRealtimeConnection, HandshakeRealtime, RegisterRealtime, UnregisterRealtime:
		return true
	}
	return false
}
