package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"
)

const longest = 300 // characters of a text that long_text_refused takes

var errTwice = errors.New("a member of the body is named twice")

// secondVariants are further choices, in requests and in answers.
var secondVariants = []Variant{
	{
		"gzip_answers", "answers are compressed with gzip where Accept-Encoding names it, and say so",
		func(s *Service) {
			keepEncoded(s)
			s.send = s.writeCompressed
		},
	},
	{
		"content_type_in_capitals", `the media type of answers is written Application/JSON;Charset="UTF-8"`,
		func(s *Service) {
			next := s.send
			s.send = func(w http.ResponseWriter, r *http.Request, answer *Answer) {
				if answer.Header.Get("Content-Type") == jsonType {
					answer.Header.Set("Content-Type", `Application/JSON;Charset="UTF-8"`)
				}
				next(w, r, answer)
			}
		},
	},
	{
		"merge_patch_accepted", "a body may also be application/merge-patch+json and is taken as JSON; Accept-Patch says so",
		func(s *Service) {
			next := s.mediaType
			s.mediaType = func(call *Call) *Answer {
				name, _, err := mime.ParseMediaType(call.request.Header.Get("Content-Type"))
				if err == nil && name == "application/merge-patch+json" && call.request.Header.Get("Content-Encoding") == "" {
					return nil
				}
				return next(call)
			}
			afterRefusal(func(answer *Answer, _ Object) {
				answer.Header.Set("Accept-Patch", "application/json, application/merge-patch+json")
			}, wrongMediaType)(s)
		},
	},
	{
		"key_checked_first", "a request without a valid key is answered 401 whatever its path and method, but for OPTIONS",
		func(s *Service) {
			next := s.serve
			s.serve = func(r *http.Request) *Answer {
				if refusal := s.authorize(&Call{request: r}); refusal != nil && r.Method != http.MethodOptions {
					return refusal
				}
				return next(r)
			}
		},
	},
	{"body_checked_first", "the body of a PATCH is judged before the customer is looked for", bodyCheckedFirst},
	{
		"foreign_customer_403", "a customer of another store is answered 403, as the list of errors has it, in place of 404",
		func(s *Service) {
			next := s.find
			s.find = func(call *Call) (*Record, *Answer) {
				record, refusal := next(call)
				if refusal != nil && s.store.Find(call.id) != nil {
					refusal.Status = http.StatusForbidden
					refusal.Body.(Object)["message"] = "The customer belongs to another store"
				}
				return record, refusal
			}
		},
	},
	{
		"empty_subdocument_left_out", "address, shipping or the address within shipping without a member is left out of answers",
		showing(true, true, func(_ *Service, _ *Call, data Object) {
			for _, path := range []string{"shipping.address", "shipping", "address"} {
				if inner, ok := objectAt(data, path); ok && len(inner) == 0 {
					drop(data, path)
				}
			}
		}),
	},
	{
		"times_in_another_zone", "times are answered with an offset of two hours, the same moments",
		showing(true, true, func(_ *Service, _ *Call, data Object) {
			zone := time.FixedZone("", 2*60*60)
			for _, name := range []string{"createdAt", "updatedAt"} {
				if moment, err := time.Parse(time.RFC3339, data[name].(string)); err == nil {
					data[name] = moment.In(zone).Format("2006-01-02T15:04:05.000-07:00")
				}
			}
		}),
	},
	{
		"long_text_refused", "a text of more than 300 characters is refused with 400",
		alsoProblems(func(body Object) []Problem { return longTexts(editable, body, "") }),
	},
	{
		"names_twice_refused", "a body that names a member of an object twice is answered 400, as I-JSON (RFC 7493) has it",
		func(s *Service) {
			next := s.decode
			s.decode = func(raw []byte) (any, error) {
				value, err := next(raw)
				if err == nil && namedTwice(json.NewDecoder(bytes.NewReader(raw))) {
					return nil, errTwice
				}
				return value, err
			}
		},
	},
}

// writeCompressed sends an answer with gzip to a client that takes it.
func (s *Service) writeCompressed(w http.ResponseWriter, r *http.Request, answer *Answer) {
	w.Header().Set("Vary", "Accept-Encoding")
	packed := *answer
	if answer.Body != nil && takesGzip(r.Header.Values("Accept-Encoding")) {
		var buffer bytes.Buffer
		writer := gzip.NewWriter(&buffer)
		if _, err := writer.Write(s.encode(answer.Body)); err != nil {
			panic(err)
		}
		if err := writer.Close(); err != nil {
			panic(err)
		}
		packed.Body = encoded(buffer.Bytes())
		w.Header().Set("Content-Encoding", "gzip")
	}
	s.write(w, r, &packed)
}

func takesGzip(headers []string) bool {
	for _, coding := range strings.Split(strings.Join(headers, ","), ",") {
		name, parameters, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return quality(parameters) > 0
		}
	}
	return false
}

// bodyCheckedFirst judges the body of a PATCH once for whichever customer, and again for the one that is found.
func bodyCheckedFirst(s *Service) {
	next := s.find
	s.find = func(call *Call) (*Record, *Answer) {
		if call.writes() {
			if refusal := s.understand(call); refusal != nil {
				return nil, refusal
			}
			rewind(call)
		}
		return next(call)
	}
}

func longTexts(fields []Field, o Object, path string) []Problem {
	var problems []Problem
	for _, field := range fields {
		switch value := o[field.name].(type) {
		case string:
			if len([]rune(value)) > longest {
				problems = append(problems, Problem{path + field.name, "Too long", value})
			}
		case Object:
			problems = append(problems, longTexts(field.fields, value, path+field.name+".")...)
		}
	}
	return problems
}

// namedTwice reads one valid JSON value and tells whether an object in it has a name twice.
func namedTwice(decoder *json.Decoder) bool {
	opening, err := decoder.Token()
	if err != nil || opening != json.Delim('{') && opening != json.Delim('[') {
		return false
	}
	names := map[string]bool{}
	for decoder.More() {
		if opening == json.Delim('{') {
			token, err := decoder.Token()
			name, ok := token.(string)
			if err != nil || !ok || names[name] {
				return true
			}
			names[name] = true
		}
		if namedTwice(decoder) {
			return true
		}
	}
	_, _ = decoder.Token() // the end of the object or list
	return false
}
