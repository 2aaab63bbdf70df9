package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// secondMergeFaults change what a valid request leaves: by defaults, dirty tracking, shared rows, and readers of the body.
var secondMergeFaults = []Fault{
	{
		"shipping_address_defaults_to_address", "partial_update", "shipping.address",
		"shipping that is sent without an address gets the address of the customer",
		beforeMerge(func(before, patch Object) {
			_, sent := patch["shipping"]
			_, complete := lookup(patch, "shipping.address")
			if address, ok := objectAt(joined(before, patch), "address"); ok && sent && !complete {
				put(patch, "shipping.address", cloneObject(address))
			}
		}),
	},
	{
		"country_defaults_to_us", "partial_update", "address.country",
		"an address that is sent without a country is stored with the country US",
		beforeMerge(func(_, patch Object) {
			if _, sent := lookup(patch, "address.country"); !sent {
				put(patch, "address.country", "US")
			}
		}),
	},
	{
		"state_lost_outside_federations", "partial_update", "shipping.address.state",
		"the state of a shipping address is stored for AU, CA and US alone; with another country it is lost",
		beforeMerge(func(_, patch Object) {
			country, sent := textAt(patch, "shipping.address.country")
			if sent && !oneOf(country, []string{"AU", "CA", "US"}) {
				drop(patch, "shipping.address.state")
			}
		}),
	},
	{
		"tax_type_cleared_with_tax_id", "partial_update", "taxIdType",
		"a taxId that is sent without a taxIdType removes the stored taxIdType",
		afterMerge(func(_, patch, after Object) {
			_, sent := patch["taxId"]
			if _, both := patch["taxIdType"]; sent && !both {
				delete(after, "taxIdType")
			}
		}),
	},
	{
		"equal_addresses_share_a_row", "partial_update", "shipping.address",
		"address and shipping address are one row while they are equal: a new address then changes both",
		afterMerge(func(before, patch, after Object) {
			billing, billed := objectAt(before, "address")
			goods, shipped := objectAt(before, "shipping.address")
			address, sent := objectAt(patch, "address")
			if _, both := patch["shipping"]; sent && !both && billed && shipped && reflect.DeepEqual(billing, goods) {
				put(after, "shipping.address", cloneObject(address))
			}
		}),
	},
	{
		"members_after_object_lost", "partial_update", "",
		"members at the top level that follow an object in the text of the body are not read",
		func(s *Service) {
			next := s.decode
			s.decode = func(raw []byte) (any, error) {
				value, err := next(raw)
				if body, ok := value.(Object); ok {
					for _, name := range namesAfterObject(raw) {
						delete(body, name)
					}
				}
				return value, err
			}
		},
	},
	{
		"unknown_member_voids_write", "partial_update", "",
		"a request that has a member nobody knows beside valid details is answered 200 and changes nothing",
		func(s *Service) {
			next := s.merge
			s.merge = func(call *Call, before, patch Object) Object {
				value, _ := decode(call.raw)
				if body, ok := value.(Object); ok && len(unknown(editable, body, "")) > 0 {
					return before
				}
				return next(call, before, patch)
			}
		},
	},
	{
		"original_value_counts_as_unchanged", "idempotence", "",
		"a detail that is set back to the value it had when the service started is not stored: changes are found against that",
		beforeMerge(func(before, patch Object) {
			for name, value := range patch {
				if reflect.DeepEqual(value, seedOf(before["id"])[name]) {
					delete(patch, name)
				}
			}
		}),
	},
	{
		"change_of_case_ignored", "partial_update", "",
		"a text at the top level that differs from the stored one in capitals alone counts as unchanged and is not stored",
		beforeMerge(func(before, patch Object) {
			for name := range patch {
				old, had := textAt(before, name)
				if text, ok := textAt(patch, name); ok && had && strings.EqualFold(old, text) {
					delete(patch, name)
				}
			}
		}),
	},
}

// namesAfterObject are the names of the members that follow a member whose value is an object.
func namesAfterObject(raw []byte) []string {
	var names []string
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if _, err := decoder.Token(); err != nil {
		return nil
	}
	for seen := false; decoder.More(); {
		name, err := decoder.Token()
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			break
		}
		if seen {
			names = append(names, name.(string))
		}
		seen = seen || value[0] == '{'
	}
	return names
}

// seedOf is the customer of an id as it was at the start.
func seedOf(id any) Object {
	for _, customer := range seeds() {
		if customer["id"] == id {
			return customer
		}
	}
	return nil
}
