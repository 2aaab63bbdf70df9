package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"
)

const mostBytes = 1 << 20

var resourceMethods = []string{http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodDelete}

var resourceID = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// Service answers requests for the resources of the store.
type Service struct {
	store   *Store
	choices Choices
	limit   *bucket
}

// call is one request, with what has been found out about it.
type call struct {
	*http.Request
	kind    *Resource
	id      string
	fleet   *Fleet
	present Message
}

func (s *Service) answer(r *http.Request) (any, error) {
	c := &call{Request: r}
	if err := s.authenticate(c); err != nil {
		return nil, err
	}
	segments := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	c.kind = kinds[segments[0]]
	if c.kind == nil || len(segments) > 2 || !strings.HasPrefix(r.URL.Path, "/v1/") {
		return nil, failure(http.StatusNotFound, "NOT_FOUND", "There is nothing at this path.")
	}
	if len(segments) == 1 {
		return s.collection(c)
	}
	c.id = segments[1]
	return s.resource(c)
}

func (s *Service) authenticate(c *call) error {
	scheme, token, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		c.fleet = s.store.byToken(strings.TrimSpace(token))
	}
	if c.fleet == nil && s.choices["patch-without-token"] && c.Method == http.MethodPatch && scheme == "" {
		c.fleet = s.store.Fleets[0]
	}
	if c.fleet == nil {
		return failure(http.StatusUnauthorized, "UNAUTHENTICATED", "A valid access token is needed.")
	}
	return nil
}

func (s *Service) collection(c *call) (any, error) {
	switch c.Method {
	case http.MethodGet, http.MethodHead:
		return list(c)
	case http.MethodPost:
		return s.create(c)
	}
	return nil, &notAllowed{"GET, HEAD, POST"}
}

func (s *Service) resource(c *call) (any, error) {
	if !contains(resourceMethods, c.Method) {
		return nil, &notAllowed{strings.Join(resourceMethods, ", ")}
	}
	if err := s.find(c); err != nil {
		return nil, err
	}
	switch c.Method {
	case http.MethodGet, http.MethodHead:
		return c.present, nil
	case http.MethodDelete:
		delete(c.fleet.Records[c.kind.Collection], c.id)
		return Message{}, nil
	}
	return s.patch(c)
}

// find looks the resource up in the fleet of the caller.
func (s *Service) find(c *call) error {
	holder := s.store.holder(c.kind.Collection, c.id)
	if s.choices["other-fleet-may-patch"] && c.Method == http.MethodPatch && holder != nil {
		c.fleet = holder
	}
	c.present = c.fleet.Records[c.kind.Collection][c.id]
	switch {
	case c.present != nil:
		return nil
	case holder != nil && s.choices["other-fleet-forbidden"]:
		return failure(http.StatusForbidden, "PERMISSION_DENIED", "The resource belongs to another fleet.")
	}
	return failure(http.StatusNotFound, "NOT_FOUND", "There is no %s/%s.", c.kind.Collection, c.id)
}

func list(c *call) (any, error) {
	records := c.fleet.Records[c.kind.Collection]
	ids := make([]string, 0, len(records))
	for id := range records {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	size, after, err := page(c)
	if err != nil {
		return nil, err
	}
	found, next := []any{}, ""
	for _, id := range ids {
		if id <= after {
			continue
		}
		if len(found) == size {
			next = after
			break
		}
		found, after = append(found, records[id]), id
	}
	result := Message{c.kind.Collection: found}
	result.put("nextPageToken", encodeToken(next))
	return result, nil
}

func (s *Service) create(c *call) (any, error) {
	body, err := s.body(c)
	if err != nil {
		return nil, err
	}
	id := c.URL.Query().Get(c.kind.ID)
	if !resourceID.MatchString(id) {
		return nil, invalid(Violation{c.kind.ID, "must match " + resourceID.String()})
	}
	if s.store.holder(c.kind.Collection, id) != nil {
		return nil, failure(http.StatusConflict, "ALREADY_EXISTS", "There is a resource of this name.")
	}
	if _, sent := body["enabled"]; !sent && c.kind.Type == geofence {
		body["enabled"] = false
	}
	decoded := decoder{choices: s.choices}
	record, _ := decoded.message(c.kind.Type, "", body).(Message)
	if found := append(decoded.violations, c.kind.Check(c.fleet, record)...); len(found) > 0 {
		return nil, s.invalid(found)
	}
	if c.kind.Type == vehicle {
		record["state"] = "ACTIVE"
	}
	return c.fleet.add(c.kind.Collection, id, record), nil
}

func (s *Service) patch(c *call) (any, error) {
	body, err := s.body(c)
	if err != nil {
		return nil, err
	}
	mask, err := maskOf(c)
	if err != nil {
		return nil, err
	}
	if err := s.precondition(c, body); err != nil {
		return nil, err
	}
	change := update{decoder: decoder{choices: s.choices}, present: c.present}
	record := change.apply(c.kind.Type, body, mask)
	if len(change.violations) == 0 {
		change.violations = c.kind.Check(c.fleet, record)
	}
	if len(change.violations) > 0 {
		if s.choices["refused-update-applied-in-part"] && c.kind.Type == driver {
			s.applyOneByOne(c, body, mask)
		}
		return nil, s.invalid(change.violations)
	}
	return s.stored(c, record)
}

// applyOneByOne stores the fields that are valid on their own.
func (s *Service) applyOneByOne(c *call, body map[string]any, mask []string) {
	for _, path := range mask {
		change := update{decoder: decoder{choices: s.choices}, present: c.fleet.Records[c.kind.Collection][c.id]}
		record := change.apply(c.kind.Type, body, []string{path})
		if len(append(change.violations, c.kind.Check(c.fleet, record)...)) == 0 {
			c.fleet.save(c.kind.Collection, c.id, record)
		}
	}
}

func (s *Service) stored(c *call, record Message) (any, error) {
	same := reflect.DeepEqual(record, c.present)
	if same && s.choices["unchanged-update-refused"] {
		return nil, invalid(Violation{"", "nothing would change"})
	}
	if !same || s.choices["touched-by-every-update"] {
		c.fleet.save(c.kind.Collection, c.id, record)
	}
	return c.fleet.Records[c.kind.Collection][c.id], nil
}

func (s *Service) precondition(c *call, body map[string]any) error {
	etag, ok := body["etag"].(string)
	if body["etag"] != nil && !ok {
		return s.invalid([]Violation{{"etag", "must be a string"}})
	}
	if ok && etag != c.present["etag"] && !s.choices["stale-etag-accepted"] {
		return failure(http.StatusConflict, "ABORTED", "The resource has been changed since.")
	}
	if condition := c.Header.Get("If-Match"); s.choices["etag-header-honoured"] && condition != "" && !matches(condition, c.present) {
		return failure(http.StatusPreconditionFailed, "FAILED_PRECONDITION", "The resource has been changed since.")
	}
	return nil
}

// body reads the request's JSON object.
func (s *Service) body(c *call) (map[string]any, error) {
	kind, parameters, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	charset := parameters["charset"]
	wrong := err != nil || kind != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8")
	if wrong && !s.choices["media-type-unchecked"] {
		return nil, failure(http.StatusUnsupportedMediaType, "INVALID_ARGUMENT", "The body must be application/json.")
	}
	text, err := io.ReadAll(http.MaxBytesReader(nil, c.Body, mostBytes))
	if err != nil {
		return nil, failure(http.StatusRequestEntityTooLarge, "INVALID_ARGUMENT", "The body is too large.")
	}
	body, err := parse(text)
	if err != nil {
		return nil, invalid(Violation{"", err.Error()})
	}
	return body, nil
}

// parse reads one JSON object, and keeps its numbers as they are written.
func parse(text []byte) (map[string]any, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("the body is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, errors.New("the body is not JSON")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the body is not one JSON value")
	}
	body, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("the body must be an object")
	}
	return body, nil
}

func (s *Service) invalid(found []Violation) error {
	if s.choices["first-violation-only"] {
		found = found[:1]
	}
	if s.choices["nested-details-missing"] && strings.ContainsAny(found[0].Field, ".[") {
		found = nil
	}
	return invalid(found...)
}
