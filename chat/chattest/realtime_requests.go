package chattest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The properties that the push service sends to clients. A client that receives nothing for this many seconds drops its connection. Its own
// pings, sent every 40 s, are answered.
const (
	connectionLifetime = 7 * 24 * time.Hour
	heartbeatSeconds   = 60
)

// getRealtimeConfiguration returns the URLs of the push service and its registrar, both at the host that the caller used.
func getRealtimeConfiguration(w http.ResponseWriter, r *http.Request) {
	base := callOf(r).base
	answer(w, http.StatusOK, encode(struct {
		TrouterServiceURL   string `json:"trouterServiceUrl"`
		RegistrarServiceURL string `json:"registrarServiceUrl"`
		CloudType           string `json:"cloudType"`
	}{base, base + "/registrar", "Public"}), nil)
}

// connectParameters prove that a connection was allocated. A client repeats them unescaped in its later requests.
type connectParameters struct {
	ID        string `json:"sr"`
	Issuer    string `json:"issuer"`
	Purpose   string `json:"sp"`
	End       string `json:"se"` // milliseconds since 1970
	Start     string `json:"st"`
	Signature string `json:"sig"`
}

// allocateConnection assigns a URL to a client, at which events reach it. A client whose query proves that it already has one keeps it.
func allocateConnection(w http.ResponseWriter, r *http.Request) {
	c := callOf(r)
	id, ok := c.allocated()
	if !ok {
		id = randomName(9)
	}
	now := c.s.Now()
	parameters := connectParameters{
		ID: id, Issuer: "emulator", Purpose: "connect",
		End: milliseconds(now.Add(connectionLifetime)), Start: milliseconds(now),
	}
	parameters.Signature = c.s.signConnection(c.user, parameters)
	url := c.base + connectionPath(id)
	answer(w, http.StatusOK, encode(struct {
		SocketIO   string            `json:"socketio"`
		URL        string            `json:"url"`
		SecureURL  string            `json:"surl"`
		Base       string            `json:"curlb"`
		ID         string            `json:"id"`
		CallID     string            `json:"ccid"`
		TTL        string            `json:"ttl"`
		Parameters connectParameters `json:"connectparams"`
	}{c.base + "/", url, url, c.base, id, id[len(id)/2:], seconds(connectionLifetime), parameters}), nil)
}

// allocated returns the id of the caller's connection, if the query proves that it was allocated and has not expired.
func (c *call) allocated() (id string, ok bool) {
	p := connectParameters{ID: c.query.Get("sr"), End: c.query.Get("se"), Start: c.query.Get("st")}
	end, err := strconv.ParseInt(p.End, 10, 64)
	if err != nil || end <= c.s.Now().UnixMilli() || c.query.Get("sig") != c.s.signConnection(c.user, p) {
		return "", false
	}
	return p.ID, true
}

// handshakeRealtime returns the unguessable session id that opens a socket.
func handshakeRealtime(w http.ResponseWriter, r *http.Request) {
	c := callOf(r)
	id, ok := c.allocated()
	if !ok {
		answer(w, 0, nil, refuse(http.StatusForbidden, "The connection was not allocated."))
		return
	}
	sid := c.s.realtime.expect(expectedSocket{user: c.user, connection: id, endpoint: c.query.Get("epid"), since: time.Now()})
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(sid + ":" + strconv.Itoa(heartbeatSeconds) + ":" + strconv.Itoa(heartbeatSeconds) + ":websocket"))
}

// register makes a connection receive the events of the caller.
func register(w http.ResponseWriter, r *http.Request) {
	c := callOf(r)
	var request struct {
		RegistrationID string `json:"registrationId"`
		Transports     struct {
			Trouter []struct {
				Path string  `json:"path"`
				TTL  float64 `json:"ttl"` // seconds
			} `json:"TROUTER"`
		} `json:"transports"`
	}
	if err := decode(c.body, &request); err != nil {
		answer(w, 0, nil, err)
		return
	}
	if request.RegistrationID == "" || len(request.Transports.Trouter) == 0 {
		answer(w, 0, nil, badRequest())
		return
	}
	transport := request.Transports.Trouter[0]
	id, ok := connectionOf(transport.Path)
	if !ok || transport.TTL <= 0 {
		answer(w, 0, nil, badRequest())
		return
	}
	ttl := time.Duration(min(transport.TTL, connectionLifetime.Seconds()) * float64(time.Second))
	c.s.realtime.register(c.user, request.RegistrationID, registration{connection: id, end: time.Now().Add(ttl)})
	answer(w, http.StatusAccepted, nil, nil)
}

// unregister ends a registration. It succeeds without one.
func unregister(w http.ResponseWriter, r *http.Request) {
	c := callOf(r)
	c.s.realtime.unregister(c.user, r.PathValue("id"))
	answer(w, http.StatusAccepted, nil, nil)
}

// connectionPath is the path of the URL of a connection.
func connectionPath(id string) string { return "/v4/f/" + id + "/" }

// connectionOf returns the id of a connection from its URL.
func connectionOf(url string) (id string, ok bool) {
	_, rest, ok := strings.Cut(url, "/v4/f/")
	id, _, _ = strings.Cut(rest, "/")
	return id, ok && id != ""
}

func milliseconds(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// signConnection returns the signature that proves that the connection was allocated to the user.
func (s *Service) signConnection(user string, p connectParameters) string {
	mac := hmac.New(sha256.New, s.accessKey)
	mac.Write([]byte(strings.Join([]string{"trouter", user, p.ID, p.Start, p.End}, "\n")))
	return hex.EncodeToString(mac.Sum(nil))
}
