package main

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
)

type namedClient struct {
	name string
	Client
}

// clients returns the clients to compare, on one transport. It fails if one of them does not return the data that the service sends.
func clients(ctx context.Context, endpoint string, transport http.RoundTripper) ([]namedClient, error) {
	ours, err := NewOurs(endpoint, transport)
	if err != nil {
		return nil, err
	}
	clients := []namedClient{{"floor", NewFloor(endpoint, transport)}, {"generated", NewGenerated(endpoint, transport)}, {"ours", ours}}
	for _, c := range clients {
		if err := Agree(ctx, c); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return clients, nil
}

// Agree checks that a client returns the data that the service sends.
func Agree(ctx context.Context, c Client) error {
	canned := cannedRecords()
	id, err := c.Send(ctx)
	if err != nil {
		return err
	}
	if id != sentID {
		return fmt.Errorf("the id of the message sent is %q, not %q", id, sentID)
	}
	message, err := c.Get(ctx)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(message, canned[readIndex]) {
		return fmt.Errorf("the message is %+v, not %+v", message, canned[readIndex])
	}
	var listed []Record
	n, err := c.List(ctx, func(r Record) { listed = append(listed, r) })
	if err != nil {
		return err
	}
	if n != listedPages*pageSize || len(listed) != n {
		return fmt.Errorf("%d messages are listed, not %d", n, listedPages*pageSize)
	}
	for i, message := range listed {
		if want := canned[i%pageSize]; !reflect.DeepEqual(message, want) {
			return fmt.Errorf("message %d of the listing is %+v, not %+v", i, message, want)
		}
	}
	return nil
}

// cannedRecords returns the messages of each page.
func cannedRecords() []Record {
	var records []Record
	for _, m := range cannedMessages() {
		records = append(records, recordOf(m))
	}
	return records
}
