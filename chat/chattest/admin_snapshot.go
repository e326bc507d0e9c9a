package chattest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
)

// snapshots holds the snapshots taken through the admin handler, by name.
type snapshots struct {
	mu     sync.Mutex // guards byName
	byName map[string]*Snapshot
}

func (n *snapshots) put(name string, state *Snapshot) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.byName == nil {
		n.byName = make(map[string]*Snapshot)
	}
	n.byName[name] = state
}

func (n *snapshots) get(name string) (state *Snapshot, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	state, ok = n.byName[name]
	return state, ok
}

// remove removes those with one of the names, or all without a name.
func (n *snapshots) remove(names []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.DeleteFunc(n.byName, func(name string, _ *Snapshot) bool { return len(names) == 0 || slices.Contains(names, name) })
}

// snapshotName is the name of a snapshot, which may be empty.
type snapshotName struct {
	Name string `json:"name"`
}

func (a adminAPI) takeSnapshot(w http.ResponseWriter, r *http.Request) {
	var named snapshotName
	if err := readOptionalJSON(r, &named); err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	a.s.snapshots.put(named.Name, a.s.Snapshot())
	writeJSON(w, http.StatusCreated, named)
}

// removeSnapshots removes one snapshot, or all without a name.
func (a adminAPI) removeSnapshots(w http.ResponseWriter, r *http.Request) {
	a.s.snapshots.remove(r.URL.Query()["name"])
	w.WriteHeader(http.StatusNoContent)
}

func (a adminAPI) restoreSnapshot(w http.ResponseWriter, r *http.Request) {
	var named snapshotName
	if err := readOptionalJSON(r, &named); err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	state, ok := a.s.snapshots.get(named.Name)
	if !ok {
		writeError(w, http.StatusNotFound, fmt.Errorf("there is no snapshot %q", named.Name))
		return
	}
	a.s.Restore(state)
	w.WriteHeader(http.StatusNoContent)
}
