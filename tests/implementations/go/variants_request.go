package main

import (
	"fmt"
	"math"
	"net/http"
	"net/mail"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

const callsPerMinute = 100 // for a key, by the overview of the documentation

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

// requestVariants differ in which requests are carried out, and in what they do beyond the details that were sent.
var requestVariants = []Variant{
	{
		"unknown_refused", "members that cannot be changed, known or not, are refused with 400 at every level",
		alsoProblems(func(body Object) []Problem {
			var found []Problem
			for _, path := range unknown(editable, body, "") {
				value, _ := lookup(body, path)
				found = append(found, Problem{path, "Unrecognized key", value})
			}
			sort.Slice(found, func(i, j int) bool { return found[i].param < found[j].param })
			return found
		}),
	},
	{
		"only_unknown_accepted", "a body with nothing but unknown members is answered 200; only {} is empty",
		func(s *Service) { s.nothing = func(body, _ Object) bool { return len(body) == 0 } },
	},
	{"null_clears", "null removes a detail, at the top level or within an object that is replaced", nullClears},
	{
		"empty_subdocument_refused", "address, shipping and the address within shipping must have a member if they are sent",
		alsoProblems(func(body Object) []Problem {
			var found []Problem
			patch := known(editable, body)
			for _, path := range []string{"address", "shipping", "shipping.address"} {
				if sent, ok := objectAt(patch, path); ok && len(sent) == 0 {
					found = append(found, Problem{path, "Must not be empty", sent})
				}
			}
			return found
		}),
	},
	{
		"email_checked", "email and billingEmail must be e-mail addresses",
		alsoProblems(wrongTexts("Invalid email", func(text string) bool {
			parsed, err := mail.ParseAddress(text)
			return err == nil && parsed.Address == text
		}, "email", "billingEmail")),
	},
	{
		"country_checked", "a country must be two capital letters",
		alsoProblems(wrongTexts("Expected a country code of two letters", countryCode.MatchString,
			"address.country", "shipping.address.country")),
	},
	{
		"media_type_400", "a body of another media type counts as empty and is answered 400, as express.json does",
		func(s *Service) {
			next := s.mediaType
			s.mediaType = func(call *Call) *Answer {
				if next(call) != nil {
					return s.refuse(empty, "The request body is empty")
				}
				return nil
			}
		},
	},
	{
		"accept_406", "a request that does not accept application/json is answered 406 and not carried out",
		func(s *Service) {
			next := s.call
			s.call = func(call *Call) *Answer {
				if !acceptsJSON(call.request.Header.Values("Accept")) {
					return s.refuse(notAcceptable, "Answers are application/json")
				}
				return next(call)
			}
		},
	},
	{
		"malformed_id_404", "an id of another form than 24 hexadecimal digits is answered 404 as any unknown id",
		func(s *Service) {
			next := s.find
			s.find = func(call *Call) (*Record, *Answer) {
				if !idForm.MatchString(call.id) {
					return nil, s.refuse(noCustomer, "Customer not found")
				}
				return next(call)
			}
		},
	},
	{
		"wrong_method_404", "methods other than GET, HEAD and PATCH, OPTIONS too, are answered 404, as in Express",
		func(s *Service) {
			next := s.serve
			s.serve = func(r *http.Request) *Answer {
				if oneOf(r.Method, []string{http.MethodGet, http.MethodHead, http.MethodPatch}) {
					return next(r)
				}
				return s.refuse(noRoute, "Not Found")
			}
		},
	},
	{
		"updated_at_only_on_change", "updatedAt stays where a request changes nothing",
		func(s *Service) {
			next := s.stamp
			s.stamp = func(before, after Object) {
				if !reflect.DeepEqual(before, after) {
					next(before, after)
				}
			}
		},
	},
	{
		"rate_limited", "a key has 100 requests in a minute, the documented limit; then 429 with Retry-After",
		rateLimited,
	},
}

// alsoProblems adds what else is wrong with a body.
func alsoProblems(find func(body Object) []Problem) func(*Service) {
	return func(s *Service) {
		next := s.problems
		s.problems = func(body Object) []Problem { return append(next(body), find(body)...) }
	}
}

func wrongTexts(message string, right func(string) bool, paths ...string) func(Object) []Problem {
	return func(body Object) []Problem {
		var found []Problem
		for _, path := range paths {
			if text, ok := textAt(body, path); ok && !right(text) {
				found = append(found, Problem{path, message, text})
			}
		}
		return found
	}
}

// nullClears judges a body without its nulls of details, and stores such a detail as absent.
func nullClears(s *Service) {
	problems, merge := s.problems, s.merge
	s.problems = func(body Object) []Problem { return problems(withoutNulls(editable, body)) }
	s.merge = func(call *Call, before, patch Object) Object {
		after := merge(call, before, withoutNulls(editable, patch))
		for name, value := range patch {
			if value == nil {
				delete(after, name)
			}
		}
		return after
	}
}

func withoutNulls(fields []Field, o Object) Object {
	kept := cloneObject(o)
	for _, field := range fields {
		value, sent := kept[field.name]
		if inner, ok := value.(Object); ok {
			kept[field.name] = withoutNulls(field.fields, inner)
		} else if sent && value == nil {
			delete(kept, field.name)
		}
	}
	return kept
}

// acceptsJSON reads Accept (RFC 9110 section 12.5.1); the most specific range that fits decides.
func acceptsJSON(headers []string) bool {
	if len(headers) == 0 {
		return true
	}
	ranges := map[string]float64{}
	for _, item := range strings.Split(strings.Join(headers, ","), ",") {
		name, parameters, _ := strings.Cut(item, ";")
		ranges[strings.ToLower(strings.TrimSpace(name))] = quality(parameters)
	}
	for _, name := range []string{"application/json", "application/*", "*/*"} {
		if weight, named := ranges[name]; named {
			return weight > 0
		}
	}
	_, nothing := ranges[""]
	return nothing && len(ranges) == 1
}

func quality(parameters string) float64 {
	for _, parameter := range strings.Split(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if weight, err := strconv.ParseFloat(value, 64); strings.EqualFold(name, "q") && err == nil {
			return weight
		}
	}
	return 1
}

// rateLimited counts the requests of each key in windows of a minute.
func rateLimited(s *Service) {
	type window struct {
		began time.Time
		calls int
	}
	var lock sync.Mutex
	windows := map[string]*window{}
	next := s.authorize
	s.authorize = func(call *Call) *Answer {
		if refusal := next(call); refusal != nil {
			return refusal
		}
		lock.Lock()
		defer lock.Unlock()
		current := windows[call.seller]
		if current == nil || time.Since(current.began) >= time.Minute {
			current = &window{began: time.Now()}
			windows[call.seller] = current
		}
		current.calls++
		if current.calls <= callsPerMinute {
			return nil
		}
		answer := s.refuse(tooMany, "Rate Limit Exceeded - Please try again later.")
		seconds := math.Ceil((time.Minute - time.Since(current.began)).Seconds())
		answer.Header.Set("Retry-After", fmt.Sprint(math.Max(1, seconds)))
		return answer
	}
}
