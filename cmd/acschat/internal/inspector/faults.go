package inspector

import (
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// maxCount is the largest n in the form.
const maxCount = 10_000

// faultsView has the active faults.
type faultsView struct {
	Faults []faultView
	CSRF   string
	Query  string
}

type faultView struct {
	ID        int
	Operation string
	What      string
	When      string
	Fired     int
}

func (p *page) viewFaults(g selection) faultsView {
	v := faultsView{CSRF: p.csrf, Query: g.Query()}
	for _, i := range p.service.Faults() {
		fault, operation := i.Fault(), "any operation"
		if i.Operation() != chattest.Any {
			operation = shortName(i.Operation())
		}
		v.Faults = append(v.Faults, faultView{i.ID(), operation, p.safe(whatOf(fault)), whenOf(fault), i.Fired()})
	}
	return v
}

// switchOn injects the fault that the form describes.
func (p *page) switchOn(w http.ResponseWriter, r *http.Request) {
	op, fault, err := faultOf(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.service.Fail(op, fault)
	p.done(w, r)
}

// faultOf parses the form.
func faultOf(r *http.Request) (op chattest.Operation, fault chattest.Fault, err error) {
	op = chattest.Operation(r.PostFormValue("operation"))
	known := slices.ContainsFunc(operationGroups(), func(g operationGroup) bool {
		return slices.ContainsFunc(g.Operations, func(c operationChoice) bool { return c.Name == string(op) })
	})
	if !known && op != chattest.Any {
		return op, fault, fmt.Errorf("unknown operation %q", op)
	}
	kinds, times := faultKinds(), faultTimes()
	kind := slices.IndexFunc(kinds, func(k faultKind) bool { return k.Name == r.PostFormValue("kind") })
	if kind < 0 {
		return op, fault, fmt.Errorf("unknown kind of fault %q", r.PostFormValue("kind"))
	}
	when := slices.IndexFunc(times, func(t faultTime) bool { return t.Name == r.PostFormValue("when") })
	if when < 0 {
		return op, fault, fmt.Errorf("unknown time of a fault %q", r.PostFormValue("when"))
	}
	n, err := strconv.Atoi(cmp.Or(r.PostFormValue("n"), "1"))
	if err != nil || n < 1 || n > maxCount {
		return op, fault, fmt.Errorf("n must be between 1 and %d", maxCount)
	}
	fault = kinds[kind].fault
	times[when].limits(&fault, n)
	return op, fault, fault.Check(op)
}

// switchOff removes one fault, or all. It ignores one that does not exist: it may have been used up.
func (p *page) switchOff(w http.ResponseWriter, r *http.Request) {
	asked := r.PostFormValue("id")
	for _, i := range p.service.Faults() {
		if asked == "all" || asked == strconv.Itoa(i.ID()) {
			i.Remove()
		}
	}
	p.done(w, r)
}

// whatOf describes a fault, in the words of the form if it is there.
func whatOf(f chattest.Fault) string {
	f.Nth, f.Every, f.Times = 0, 0, 0
	for _, kind := range faultKinds() {
		if reflect.DeepEqual(f, kind.fault) {
			return kind.Label
		}
	}
	text, err := f.MarshalJSON()
	if err != nil {
		return err.Error()
	}
	if string(text) == "{}" {
		return "503"
	}
	return strings.ReplaceAll(strings.Trim(string(text), "{}"), `"`, "")
}

// whenOf describes which requests fail.
func whenOf(f chattest.Fault) string {
	times := ""
	switch {
	case f.Times < 0, f.Times == 0 && f.Every > 0:
	case f.Times > 1:
		times = fmt.Sprintf(", %d times", f.Times)
	default:
		times = ", once"
	}
	first := ""
	if f.Nth > 1 {
		first = fmt.Sprintf(" from request %d on", f.Nth)
	}
	switch {
	case f.Every > 1:
		return fmt.Sprintf("1 of %d requests%s%s", f.Every, first, times)
	case times == ", once":
		return cmp.Or(strings.TrimSuffix(strings.TrimPrefix(first, " from "), " on"), "the next request")
	}
	return "every request" + first + times
}
