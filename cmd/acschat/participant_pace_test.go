package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// A thread holds fewer participants than the rate limits would delay, so the requests are counted in front of the service.
var _ = Describe("participant add --from, with more requests than the rate limits allow", func() {
	var alice *clitest.Shell
	var added atomic.Int64

	const batches = 31 // 10 may be sent in ten seconds, and 30 in a minute

	BeforeEach(func() {
		server, sh, _ := shellIn("Crowd")
		added.Store(0)
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/participants/:add") {
				server.ServeHTTP(w, r)
				return
			}
			added.Add(1)
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, "{}")
		}))
		DeferCleanup(front.Close)
		alice = sh.With(endpointVariable, front.URL)
		var ids []string
		for i := range batches * 200 {
			ids = append(ids, fmt.Sprint("8:acs:", i))
		}
		alice.File("crowd", ids...)
	})

	It("keeps to them, and can be interrupted while it waits", func() {
		command := alice.Start("participant", "add", "--from", alice.Dir+"/crowd")
		Eventually(added.Load).Should(BeEquivalentTo(10)) // the eleventh has to wait for ten seconds
		command.Interrupt()
		alice.Wait(command).Ends(3, "added 2000 of 6200 participants: interrupted", "--skip 2000")
		Expect(added.Load()).To(BeEquivalentTo(10))
	})

	It("does not wait with --unpaced", func() {
		r := alice.Run("participant", "add", "--from", alice.Dir+"/crowd", "--unpaced").Ends(0)
		Expect(r.Out).To(Equal("Added 6200 participants.\n"))
		Expect(added.Load()).To(BeEquivalentTo(batches))
	})
})
