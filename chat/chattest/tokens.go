package chattest

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"go.etcd.io/bbolt"
)

const defaultTokenLifetime = 24 * time.Hour

// processKey is made once per process, because that takes a tenth of a second.
var processKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("chattest: make a signing key: " + err.Error())
	}
	return key
})

// claims are the claims of a token, in the order of the service.
type claims struct {
	SkypeID          string `json:"skypeid"`
	SCP              int    `json:"scp"`
	CSI              string `json:"csi"`
	ExpiresAt        int64  `json:"exp"`
	Region           string `json:"rgn"`
	Scope            string `json:"acsScope"`
	ResourceID       string `json:"resourceId"`
	ResourceLocation string `json:"resourceLocation"`
	IssuedAt         int64  `json:"iat"`
}

// Token returns a signed token of the user with the given scopes, such as "chat.join" or "voip", by default "chat". Its lifetime is ttl
// by the clock of the service, rounded up to a whole second; the token is valid until the second in which it expires is over. A ttl of
// 0 is 24 hours, and a negative one makes a token that has expired. A token for a user who does not exist is refused with 401. The token
// is encrypted as well if [Options.EncryptTokens] is set.
func (s *Service) Token(user User, ttl time.Duration, scopes ...string) string {
	if ttl == 0 {
		ttl = defaultTokenLifetime
	}
	if whole := ttl.Truncate(time.Second); ttl > whole {
		ttl = whole + time.Second
	} else if ttl < whole {
		ttl = whole - time.Second
	}
	if len(scopes) == 0 {
		scopes = []string{"chat"}
	}
	now := s.issueTime(user.RawID())
	return s.tokenFor(user.RawID(), now, now.Add(ttl), scopes)
}

// issueTime is the iat of a token that is issued now. It is in a later second if tokens of this second are revoked, since times in tokens
// are whole seconds.
func (s *Service) issueTime(rawID string) time.Time {
	now := s.Now()
	if revoked, ok := s.revokedThrough(rawID); ok && revoked >= now.Unix() {
		now = now.Add(time.Duration(revoked+1-now.Unix()) * time.Second)
	}
	return now
}

// tokenFor signs, and encrypts if that is set, a token for a raw id. Both times are truncated to seconds, which keeps a lifetime in whole
// seconds.
func (s *Service) tokenFor(rawID string, issued, end time.Time, scopes []string) string {
	resource, _ := resourceOfUser(rawID)
	token := s.sign(claims{
		SkypeID:          strings.TrimPrefix(rawID, "8:"),
		SCP:              1792,
		CSI:              strconv.FormatInt(issued.Unix(), 10),
		ExpiresAt:        end.Unix(),
		Region:           "amer",
		Scope:            strings.Join(scopes, ","),
		ResourceID:       cmp.Or(resource, s.resource),
		ResourceLocation: "unitedstates",
		IssuedAt:         issued.Unix(),
	})
	if s.encryptTokens {
		return s.seal(token)
	}
	return token
}

func (s *Service) sign(c claims) string {
	key := s.signingKey()
	thumbprint := sha1.Sum(x509.MarshalPKCS1PublicKey(&key.PublicKey))
	header := encode(struct {
		Algorithm  string `json:"alg"`
		KeyID      string `json:"kid"`
		Thumbprint string `json:"x5t"`
		Type       string `json:"typ"`
	}{"RS256", fmt.Sprintf("%X", thumbprint), base64.RawURLEncoding.EncodeToString(thumbprint[:]), "JWT"})
	text := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(encode(c))
	signature, err := jwt.SigningMethodRS256.Sign(text, key)
	if err != nil {
		panic("chattest: sign a token: " + err.Error())
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// signingKey is the key of the process, unless the data file has one from an earlier process.
func (s *Service) signingKey() *rsa.PrivateKey {
	s.keyOnce.Do(func() {
		der, err := s.store.kept("signing-key", func() []byte { return x509.MarshalPKCS1PrivateKey(processKey()) })
		if err == nil {
			s.key, err = x509.ParsePKCS1PrivateKey(der)
		}
		if err != nil {
			panic("chattest: keep the signing key: " + err.Error())
		}
	})
	return s.key
}

// authenticate returns the user and the scopes of a bearer token. It refuses a token that is missing, modified, expired, revoked or of
// another resource.
func (s *Service) authenticate(authorization string) (user string, scopes []string, err error) {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", nil, unauthorized("there is no bearer token")
	}
	c, ok := s.checked.get(token)
	if !ok {
		if c, ok = s.check(token); !ok {
			return "", nil, unauthorized("the token was not signed by this service")
		}
		s.checked.put(token, c)
	}
	user = "8:" + c.SkypeID
	revoked, known := s.revokedThrough(user)
	switch {
	case s.store.isBroken.Load():
		err = damaged(overwritten)
	case c.ResourceID != s.resource:
		err = unauthorized("the token is for the resource " + c.ResourceID + ", not for " + s.resource)
	case !known:
		err = unauthorized("the token is for " + user + ", who is not a user of this resource")
	case c.ExpiresAt < s.Now().Unix(): // within that second the token is valid
		err = unauthorized("the token expired on " + time.Unix(c.ExpiresAt, 0).UTC().Format(time.RFC3339))
	case c.IssuedAt <= revoked:
		err = unauthorized("the token was revoked")
	}
	return user, strings.Split(c.Scope, ","), err
}

// check verifies the signature, after decryption if the token is encrypted. It ignores the algorithm that the token names.
func (s *Service) check(token string) (c claims, ok bool) {
	if strings.Count(token, ".") == 4 {
		if token, ok = s.unseal(token); !ok {
			return c, false
		}
	}
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return c, false
	}
	signature, err := decodeCanonical(base64.RawURLEncoding, token[dot+1:])
	if err != nil || jwt.SigningMethodRS256.Verify(token[:dot], signature, &s.signingKey().PublicKey) != nil {
		return c, false
	}
	_, payload, _ := strings.Cut(token[:dot], ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	return c, err == nil && json.Unmarshal(text, &c) == nil
}

// revokedThrough is the second up to which the tokens of a user are revoked. It reports false if the user does not exist.
func (s *Service) revokedThrough(user string) (second int64, ok bool) {
	_ = s.store.view(func(tx *bbolt.Tx) error {
		if value := tx.Bucket([]byte(usersBucket)).Get([]byte(user)); value != nil {
			second, ok = lastNumber(value), true
		}
		return nil
	})
	return second, ok
}

// tokenCache keeps a bounded number of tokens whose signature was verified.
type tokenCache struct {
	mu     sync.RWMutex // guards tokens
	tokens map[string]claims
}

const maxCheckedTokens = 4096

func (t *tokenCache) get(token string) (claims, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	c, ok := t.tokens[token]
	return c, ok
}

func (t *tokenCache) put(token string, c claims) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tokens == nil || len(t.tokens) >= maxCheckedTokens {
		t.tokens = make(map[string]claims)
	}
	t.tokens[token] = c
}
