package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

// refusalFaults are those of requests that are refused, or that are not refused but should be.
var refusalFaults = []Fault{
	{
		"valid_details_stored_when_refused", "atomicity", "",
		"of a refused request the details that are valid are stored",
		afterRefusedBody(func(s *Service, call *Call, record *Record, body Object, _ []Problem) {
			record.Write(func(before Object) Object { return joined(before, validPart(body)) })
		}),
	},
	{
		"shipping_name_stored_when_refused", "atomicity", "shipping.name",
		"the name within shipping is stored although the address within shipping was refused",
		afterRefusedBody(func(_ *Service, _ *Call, record *Record, body Object, problems []Problem) {
			if name, sent := textAt(body, "shipping.name"); sent && concerns(problems, "shipping.address") {
				record.Write(func(before Object) Object {
					put(before, "shipping.name", name)
					return before
				})
			}
		}),
	},
	{
		"address_lost_when_refused", "atomicity", "address",
		"a request with an address that is refused removes the stored address",
		afterRefusedBody(func(_ *Service, _ *Call, record *Record, _ Object, problems []Problem) {
			if concerns(problems, "address") {
				record.Write(func(before Object) Object {
					delete(before, "address")
					return before
				})
			}
		}),
	},
	{
		"refused_details_stored_later", "atomicity", "",
		"the valid details of a refused request are stored with the next request to the same customer",
		func(s *Service) {
			var pending sync.Map
			afterRefusedBody(func(_ *Service, call *Call, _ *Record, body Object, _ []Problem) {
				pending.Store(call.id, validPart(body))
			})(s)
			next := s.merge
			s.merge = func(call *Call, before, patch Object) Object {
				if left, there := pending.LoadAndDelete(call.id); there {
					patch = joined(left.(Object), patch)
				}
				return next(call, before, patch)
			}
		},
	},
	{
		"malformed_body_stored_in_part", "atomicity", "",
		"of a body that is not valid JSON the details before the mistake are stored, although it is answered 400",
		afterUpdate(func(s *Service, call *Call, record *Record, answer *Answer) *Answer {
			if _, err := decode(call.raw); err != nil && answer.Status == http.StatusBadRequest {
				part := validPart(membersBeforeMistake(call.raw))
				record.Write(func(before Object) Object { return joined(before, part) })
			}
			return answer
		}),
	},
	{
		"wrong_shipping_address_fails", "error_envelope", "shipping.address",
		"a shipping address that is not an object is answered 500",
		beforeCheck(func(body Object) {
			if value, sent := lookup(body, "shipping.address"); sent {
				_ = value.(Object) // panics as code without a check would
			}
		}),
	},
	{
		"empty_object_accepted", "partial_update", "",
		"a body {} is answered 200",
		func(s *Service) {
			next := s.nothing
			s.nothing = func(body, patch Object) bool { return len(body) > 0 && next(body, patch) }
		},
	},
	{
		"trailing_text_accepted", "error_envelope", "",
		"text after the JSON value of a body is not read; the request is answered 200",
		func(s *Service) {
			next := s.decode
			s.decode = func(raw []byte) (any, error) {
				var first json.RawMessage
				if json.NewDecoder(bytes.NewReader(raw)).Decode(&first) == nil {
					raw = first
				}
				return next(raw)
			}
		},
	},
	{
		"not_found_without_message", "error_envelope", "",
		"the body of a 404 has no message",
		afterRefusal(func(_ *Answer, body Object) { delete(body, "message") }, noCustomer, noRoute),
	},
	{
		"second_error_without_message", "error_envelope", "",
		"of several errors only the first has a message",
		afterRefusal(func(_ *Answer, body Object) {
			for i, item := range body["errors"].([]any) {
				if i > 0 {
					delete(item.(Object), "message")
				}
			}
		}, invalid),
	},
	{
		"unauthorized_with_status_200", "error_envelope", "",
		"a request without a valid key gets the error in an answer of status 200",
		afterRefusal(func(answer *Answer, _ Object) { answer.Status = http.StatusOK }, unauthorized),
	},
}

// afterRefusedBody acts when a PATCH was refused for values of its body.
func afterRefusedBody(act func(*Service, *Call, *Record, Object, []Problem)) func(*Service) {
	return afterUpdate(func(s *Service, call *Call, record *Record, answer *Answer) *Answer {
		value, err := s.decode(call.raw)
		body, ok := value.(Object)
		if err != nil || !ok || answer.Status < http.StatusBadRequest || answer.Status >= http.StatusInternalServerError {
			return answer
		}
		if problems := s.problems(body); len(problems) > 0 {
			act(s, call, record, body, problems)
		}
		return answer
	})
}

// validPart keeps the details at the top level that nothing is wrong with.
func validPart(body Object) Object {
	valid := Object{}
	for _, field := range editable {
		if value, sent := body[field.name]; sent && len(checkValue(field, value, field.name)) == 0 {
			valid[field.name] = value
		}
	}
	return known(editable, valid)
}

func concerns(problems []Problem, path string) bool {
	for _, problem := range problems {
		if problem.param == path || strings.HasPrefix(problem.param, path+".") {
			return true
		}
	}
	return false
}

// membersBeforeMistake reads the members of an object up to where the text stops being JSON.
func membersBeforeMistake(raw []byte) Object {
	members := Object{}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return members
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			break
		}
		var value any
		if decoder.Decode(&value) != nil {
			break
		}
		if text, ok := name.(string); ok {
			members[text] = value
		}
	}
	return members
}

// rewind lets the body of a call be read a second time.
func rewind(call *Call) {
	call.request.Body = io.NopCloser(bytes.NewReader(call.raw))
}
