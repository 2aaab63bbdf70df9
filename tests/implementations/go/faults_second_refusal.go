package main

import (
	"net/http"
	"strings"
	"time"
)

// secondRefusalFaults are in the errors of some circumstances, in what refused requests leave, and in who may write what.
var secondRefusalFaults = []Fault{
	{
		"malformed_answered_in_html", "error_envelope", "",
		"a body that is not JSON is answered 400 with the page of the framework in HTML",
		func(s *Service) {
			keepEncoded(s)
			afterRefusal(func(answer *Answer, _ Object) {
				answer.Header.Set("Content-Type", "text/html; charset=utf-8")
				answer.Body = encoded("<!DOCTYPE html>\n<html><body><pre>SyntaxError: Unexpected token in JSON</pre></body></html>\n")
			}, malformed)(s)
		},
	},
	{
		"message_as_list", "error_envelope", "",
		"the message of a validation error is a list of texts, one for each problem",
		afterRefusal(func(_ *Answer, body Object) {
			var messages []any
			for _, item := range body["errors"].([]any) {
				messages = append(messages, item.(Object)["message"])
			}
			if len(messages) > 0 {
				body["message"] = messages
			}
		}, invalid),
	},
	{
		"errors_keyed_by_field", "error_envelope", "",
		"errors is an object of lists by field in place of a list if a value within address or shipping is wrong",
		afterRefusal(func(_ *Answer, body Object) {
			byField, nested := Object{}, false
			for _, item := range body["errors"].([]any) {
				param := item.(Object)["param"].(string)
				byField[param] = []any{item.(Object)["message"]}
				nested = nested || strings.Contains(param, ".")
			}
			if nested {
				body["errors"] = byField
			}
		}, invalid),
	},
	{
		"error_blames_other_field", "error_envelope", "shipping",
		"an error of a member within shipping names the member of the same name at the top level",
		afterRefusal(func(_ *Answer, body Object) {
			for _, item := range body["errors"].([]any) {
				problem := item.(Object)
				problem["param"] = strings.TrimPrefix(problem["param"].(string), "shipping.")
			}
		}, invalid),
	},
	{
		"wrong_media_type_stored", "atomicity", "",
		"a body of another media type is answered 415 and stored all the same",
		afterUpdate(func(s *Service, call *Call, record *Record, answer *Answer) *Answer {
			value, err := decode(call.raw)
			body, ok := value.(Object)
			if answer.Status == http.StatusUnsupportedMediaType && err == nil && ok {
				record.Write(func(before Object) Object { return joined(before, validPart(body)) })
			}
			return answer
		}),
	},
	{
		"unknown_id_changes_first_customer", "isolation", "",
		"a PATCH to an id that no customer has is answered 404 and changes the first customer of the store",
		func(s *Service) {
			next := s.find
			s.find = func(call *Call) (*Record, *Answer) {
				record, refusal := next(call)
				if refusal != nil && call.writes() && idForm.MatchString(call.id) && s.store.Find(call.id) == nil {
					s.updateFirstOf(call)
				}
				return record, refusal
			}
		},
	},
	{
		"foreign_write_stored", "isolation", "",
		"a PATCH with the key of another store is answered 404 and stored all the same",
		func(s *Service) {
			next := s.find
			s.find = func(call *Call) (*Record, *Answer) {
				record, refusal := next(call)
				if foreign := s.store.Find(call.id); refusal != nil && call.writes() && foreign != nil {
					s.update(call, foreign)
				}
				return record, refusal
			}
		},
	},
	{
		"body_id_decides_record", "isolation", "",
		"an id in the body decides which customer is changed, of whichever store, and the id in the path is only checked",
		func(s *Service) {
			next := s.update
			s.update = func(call *Call, record *Record) *Answer {
				if refusal := s.readBody(call); refusal != nil {
					return refusal
				}
				rewind(call)
				value, _ := decode(call.raw)
				body, _ := value.(Object)
				if id, ok := textAt(body, "id"); ok && s.store.Find(id) != nil {
					record = s.store.Find(id)
				}
				return next(call, record)
			}
		},
	},
	{
		"write_touches_all", "isolation", "",
		"a write moves updatedAt of all customers",
		afterUpdate(func(s *Service, call *Call, _ *Record, answer *Answer) *Answer {
			for _, other := range s.store.Others(call.id) {
				if answer.Status == http.StatusOK {
					now := time.Now().UTC().Format(stampForm)
					other.Write(func(before Object) Object { return joined(before, Object{"updatedAt": now}) })
				}
			}
			return answer
		}),
	},
	{
		"key_case_ignored", "auth", "",
		"a key is accepted in other capitals, as a database without case compares",
		func(s *Service) {
			next := s.authorize
			s.authorize = func(call *Call) *Answer {
				for key := range keys {
					if strings.EqualFold(call.request.Header.Get("Authorization"), "Bearer "+key) {
						call.request.Header.Set("Authorization", "Bearer "+key)
					}
				}
				return next(call)
			}
		},
	},
	{
		"empty_key_accepted", "auth", "",
		"the word Bearer without a key passes for a request from inside and is carried out",
		func(s *Service) {
			next := s.authorize
			s.authorize = func(call *Call) *Answer {
				record := s.store.Find(strings.ToLower(call.id))
				header := strings.TrimSpace(call.request.Header.Get("Authorization"))
				if record != nil && strings.EqualFold(header, "Bearer") {
					call.seller = record.seller
					return nil
				}
				return next(call)
			}
		},
	},
}

// updateFirstOf carries a call out on the oldest customer of the store that calls.
func (s *Service) updateFirstOf(call *Call) {
	for _, record := range s.store.Others("") {
		if record.seller == call.seller {
			s.update(call, record)
			return
		}
	}
}
