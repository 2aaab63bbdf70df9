package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
)

// pageOrder is the order of the members on the page; one list does for all objects.
var pageOrder = []string{
	"status", "type", "param", "message", "errors", "value", "data", "id", "name", "companyName", "email", "phone",
	"billingEmail", "line1", "line2", "city", "state", "postalCode", "country", "address", "shipping", "taxId",
	"taxIdType", "sellerId", "stripeCustomerId", "createdAt", "updatedAt",
}

// answerVariants differ in how answers look.
var answerVariants = []Variant{
	{
		"page_order", "members are in the order of the page",
		func(s *Service) { s.encode = inPageOrder },
	},
	{
		"indented", "JSON is indented, with a line end at its end",
		encodedFurther(func(text []byte) []byte {
			var spread bytes.Buffer
			if err := json.Indent(&spread, text, "", "    "); err != nil {
				panic(err)
			}
			return append(spread.Bytes(), '\n')
		}),
	},
	{"ascii_only", "characters beyond ASCII are answered as escapes", encodedFurther(escaped)},
	{
		"null_for_absent", "details that are not there are answered as null, at every level",
		showing(true, true, func(_ *Service, _ *Call, data Object) { fillWithNull(editable, data) }),
	},
	{
		"validation_403", "what is wrong in a JSON body is answered 403, as the list of errors has it",
		afterRefusal(func(answer *Answer, _ Object) { answer.Status = http.StatusForbidden }, invalid, empty),
	},
	{
		"validation_422", "what is wrong in a JSON body is answered 422, which the vendor's client takes as a validation error",
		afterRefusal(func(answer *Answer, _ Object) { answer.Status = http.StatusUnprocessableEntity }, invalid, empty),
	},
	{
		"short_401", "a 401 has error and message alone, as on the page on authentication",
		afterRefusal(func(answer *Answer, body Object) {
			answer.Body = Object{"error": "Unauthorized", "message": body["message"]}
		}, unauthorized),
	},
	{
		"first_error_only", "of several errors the first alone is answered",
		afterRefusal(func(_ *Answer, body Object) {
			if errors, ok := body["errors"].([]any); ok && len(errors) > 1 {
				body["errors"] = errors[:1]
			}
		}),
	},
	{"etag", "answers have an ETag, and If-Match and If-None-Match are kept (RFC 9110 section 13)", withETag},
	{
		"chunked", "answers have no Content-Length and come in two chunks",
		func(s *Service) { s.send = s.writeChunked },
	},
	{
		"connection_close", "the connection is closed after each answer",
		func(s *Service) {
			next := s.send
			s.send = func(w http.ResponseWriter, r *http.Request, answer *Answer) {
				w.Header().Set("Connection", "close")
				next(w, r, answer)
			}
		},
	},
	{
		"whole_seconds", "times are answered in whole seconds, as in the sample of the page",
		showing(true, true, func(_ *Service, _ *Call, data Object) {
			for _, name := range []string{"createdAt", "updatedAt"} {
				if moment, err := time.Parse(time.RFC3339, data[name].(string)); err == nil {
					data[name] = moment.Format("2006-01-02T15:04:05Z")
				}
			}
		}),
	},
	{
		"extra_members", "customers have object and metadata, every answer a requestId that is new each time, errors a code",
		func(s *Service) {
			showing(true, true, func(_ *Service, _ *Call, data Object) {
				data["object"], data["metadata"] = "customer", Object{}
			})(s)
			afterRefusal(func(answer *Answer, body Object) { body["code"] = answer.Status })(s)
			next := s.serve
			s.serve = func(r *http.Request) *Answer {
				answer := next(r)
				if body, ok := answer.Body.(Object); ok {
					body["requestId"] = randomID()
				}
				return answer
			}
		},
	},
}

func encodedFurther(further func([]byte) []byte) func(*Service) {
	return func(s *Service) {
		next := s.encode
		s.encode = func(value any) []byte { return further(next(value)) }
	}
}

func inPageOrder(value any) []byte {
	switch v := value.(type) {
	case Object:
		var members [][]byte
		for _, name := range orderedNames(v) {
			members = append(members, append(append(encode(name), ':'), inPageOrder(v[name])...))
		}
		return wrapped('{', members, '}')
	case []any:
		items := make([][]byte, len(v))
		for i, item := range v {
			items[i] = inPageOrder(item)
		}
		return wrapped('[', items, ']')
	}
	return encode(value)
}

func wrapped(opening byte, parts [][]byte, closing byte) []byte {
	text := append([]byte{opening}, bytes.Join(parts, []byte{','})...)
	return append(text, closing)
}

func orderedNames(o Object) []string {
	rank := make(map[string]int, len(pageOrder))
	for i, name := range pageOrder {
		rank[name] = i - len(pageOrder)
	}
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	sort.Strings(names)
	sort.SliceStable(names, func(i, j int) bool { return rank[names[i]] < rank[names[j]] })
	return names
}

func escaped(text []byte) []byte {
	var ascii bytes.Buffer
	for _, char := range string(text) {
		if char < 0x80 {
			ascii.WriteRune(char)
			continue
		}
		for _, unit := range utf16.Encode([]rune{char}) {
			fmt.Fprintf(&ascii, `\u%04x`, unit)
		}
	}
	return ascii.Bytes()
}

func fillWithNull(fields []Field, o Object) {
	for _, field := range fields {
		if inner, ok := o[field.name].(Object); ok {
			fillWithNull(field.fields, inner)
		} else if _, there := o[field.name]; !there {
			o[field.name] = nil
		}
	}
}

// withETag marks each state of a customer; writes take their turn, so that If-Match holds until the write is done.
func withETag(s *Service) {
	var turn sync.Mutex
	read, update := s.read, s.update
	tag := func(record *Record) string {
		sum := sha256.Sum256(encode(record.Read()))
		return `"` + hex.EncodeToString(sum[:8]) + `"`
	}
	s.read = func(call *Call, record *Record) *Answer {
		turn.Lock()
		defer turn.Unlock()
		current := tag(record)
		if tagNamed(call.request, "If-None-Match", current) {
			return &Answer{Status: http.StatusNotModified, Header: http.Header{"Etag": {current}}}
		}
		answer := read(call, record)
		answer.Header.Set("ETag", current)
		return answer
	}
	s.update = func(call *Call, record *Record) *Answer {
		turn.Lock()
		defer turn.Unlock()
		if call.request.Header.Get("If-Match") != "" && !tagNamed(call.request, "If-Match", tag(record)) {
			return s.refuse(conflict, "The customer was changed in the meantime")
		}
		answer := update(call, record)
		if answer.Status == http.StatusOK {
			answer.Header.Set("ETag", tag(record))
		}
		return answer
	}
}

// tagNamed tells whether a conditional header names a tag or is *.
func tagNamed(r *http.Request, header, tag string) bool {
	for _, named := range strings.Split(strings.Join(r.Header.Values(header), ","), ",") {
		if named = strings.TrimSpace(named); named == "*" || named == tag {
			return true
		}
	}
	return false
}

func (s *Service) writeChunked(w http.ResponseWriter, r *http.Request, answer *Answer) {
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Status)
	if answer.Body == nil || r.Method == http.MethodHead {
		return
	}
	text := s.encode(answer.Body)
	half := len(text) / 2
	_, _ = w.Write(text[:half])
	w.(http.Flusher).Flush()
	_, _ = w.Write(text[half:])
}

func randomID() string {
	random := make([]byte, 8)
	if _, err := rand.Read(random); err != nil {
		panic(err)
	}
	return hex.EncodeToString(random)
}
