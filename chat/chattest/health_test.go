package chattest_test

import (
	"net/http/httptest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The health handler", func() {
	var s *chattest.Service
	BeforeEach(func() {
		var err error
		s, err = chattest.Open(api.Watch(nil))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.Close)
	})
	probe := func(method, path string) int {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, path, nil)
		r.Host = "10.0.0.7:8080" // a probe knows the address of a container and no name
		s.HealthHandler().ServeHTTP(w, r)
		return w.Code
	}

	It("reports that the service is alive, and ready until it is closed", func() {
		for _, path := range []string{"/healthz", "/readyz"} {
			Expect(probe("GET", path)).To(Equal(200))
			Expect(probe("HEAD", path)).To(Equal(200))
			Expect(probe("POST", path)).To(Equal(405))
		}
		Expect(s.Close()).To(Succeed())
		Expect(probe("GET", "/healthz")).To(Equal(200))
		Expect(probe("GET", "/readyz")).To(Equal(503))
	})

	It("is not recorded, and serves no other path", func() {
		Expect(probe("GET", "/")).To(Equal(404))
		Expect(s.Requests()).To(BeEmpty())
	})
})
