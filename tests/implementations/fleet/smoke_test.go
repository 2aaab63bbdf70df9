package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	vehiclePath  = "/v1/vehicles/tipper-17"
	driverPath   = "/v1/drivers/anna-keller"
	geofencePath = "/v1/geofences/harbour-gate"
)

// step is one request; token and media are the usual ones where they are empty, and left out for "-".
type step struct{ method, path, body, token, media, accept string }

func patch(path, body string) step { return step{method: http.MethodPatch, path: path, body: body} }

func get(path string) step { return step{method: http.MethodGet, path: path} }

const twoInspections = `{"inspections":[{"inspectTime":"2026-01-01T00:00:00Z","result":"FAILED"},
	{"inspectTime":"2026-01-02T00:00:00Z","result":"DONE"}]}`

// shownBy are the requests that show each fault and each variant; the answer to the last one tells.
var shownBy = map[string][]step{
	"engine-replaced-whole":          {patch(vehiclePath, `{"engine":{"powerKw":90}}`)},
	"labels-merged":                  {patch(vehiclePath, `{"labels":{"a":"b"}}`)},
	"masked-absent-field-kept":       {patch(driverPath+"?updateMask=phoneNumber", `{}`)},
	"mask-widened":                   {patch(vehiclePath+"?updateMask=seatCount", `{"seatCount":5,"displayName":"X"}`)},
	"vehicle-type-resets-fuel":       {patch(vehiclePath, `{"vehicleType":"VAN"}`)},
	"inspections-merged-by-position": {patch(vehiclePath, `{"inspections":[{"inspectTime":"2026-01-01T00:00:00Z","result":"FAILED"}]}`)},
	"unchanged-update-refused":       {patch(vehiclePath, `{"displayName":"X"}`), patch(vehiclePath, `{"displayName":"X"}`)},
	"odometer-added":                 {patch(vehiclePath, `{"odometerMeters":"5"}`)},
	"later-results-unchecked":        {patch(vehiclePath, twoInspections)},
	"unknown-trigger-dropped":        {patch(geofencePath, `{"alertOn":["EXIT","NOPE"]}`)},
	"display-name-counted-in-bytes":  {patch(vehiclePath, `{"displayName":"`+strings.Repeat("ä", 63)+`"}`)},
	"latitude-minimum-unchecked":     {patch(geofencePath, `{"circle":{"center":{"latitude":-91,"longitude":1},"radiusMeters":20}}`)},
	"enabled-from-text":              {patch(geofencePath, `{"enabled":"maybe"}`)},
	"odometer-through-float":         {patch(vehiclePath, `{"odometerMeters":"9007199254740993"}`)},
	"null-description-ignored":       {patch(vehiclePath, `{"description":null}`)},
	"null-name-stored":               {patch(geofencePath, `{"displayName":null}`)},
	"offset-dropped":                 {patch(vehiclePath, `{"nextInspectionTime":"2027-01-01T10:00:00+02:00"}`)},
	"later-emails-unchecked":         {patch(geofencePath, `{"alertEmails":["a@example.com","nobody"]}`)},
	"create-time-writable":           {patch(vehiclePath, `{"createTime":"2001-01-01T00:00:00Z"}`)},
	"refused-update-applied-in-part": {patch(driverPath+"?updateMask=displayName,email", `{"displayName":"X","email":"x"}`), get(driverPath)},
	"other-fleet-may-patch":          {{method: http.MethodPatch, path: vehiclePath, body: `{"seatCount":4}`, token: southToken}},
	"rpc-number-as-code":             {patch(vehiclePath, `{"displayName":5}`)},
	"patch-without-token":            {{method: http.MethodPatch, path: vehiclePath, body: `{"seatCount":4}`, token: "-"}},
	"media-type-unchecked":           {{method: http.MethodPatch, path: vehiclePath, body: `{"seatCount":4}`, media: "text/plain"}},

	"int64-numbers-accepted":        {patch(vehiclePath, `{"odometerMeters":7}`)},
	"unknown-fields-ignored":        {patch(vehiclePath, `{"nope":7}`)},
	"etag-header-honoured":          {get(vehiclePath)},
	"touched-by-every-update":       {patch(vehiclePath, `{}`)},
	"other-fleet-forbidden":         {{method: http.MethodGet, path: vehiclePath, token: southToken}},
	"first-violation-only":          {patch(vehiclePath, `{"displayName":5,"seatCount":0}`)},
	"empty-values-shown":            {get("/v1/vehicles/van-3")},
	"compressed":                    {get(vehiclePath)},
	"pretty-printed":                {get(vehiclePath)},
	"other-representations-refused": {{method: http.MethodGet, path: vehiclePath, accept: "text/html"}},
	"rate-limited":                  nil,
	"sets-sorted":                   {patch(geofencePath, `{"alertOn":["EXIT","ENTER"]}`)},
}

func (s step) request() *http.Request {
	request := httptest.NewRequest(s.method, s.path, strings.NewReader(s.body))
	headers := map[string]string{"Authorization": "Bearer " + northToken, "Accept-Encoding": "gzip", "Accept": s.accept}
	if s.body != "" {
		headers["Content-Type"] = "application/json"
	}
	if s.media != "" {
		headers["Content-Type"] = s.media
	}
	if s.token != "" {
		headers["Authorization"] = strings.TrimPrefix("Bearer "+s.token, "Bearer -")
	}
	for name, value := range headers {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	return request
}

// started is a service whose records do not differ from one start to the next.
func started(names ...string) *Service {
	store := seeded()
	for _, fleet := range store.Fleets {
		for _, records := range fleet.Records {
			for id, record := range records {
				record["uid"], record["createTime"], record["updateTime"], record["etag"] = id, moment(time.Unix(0, 0)), "", "e"
			}
		}
	}
	choices := Choices{}
	for _, name := range names {
		choices[name] = true
	}
	return &Service{store: store, choices: choices, limit: &bucket{size: 40, rate: 60}}
}

// seen is what the last of some requests is answered with; times and tags of a write, which always differ, are left out.
func seen(service *Service, steps []step) string {
	told := ""
	for i, each := range steps {
		answer := httptest.NewRecorder()
		service.ServeHTTP(answer, each.request())
		if i == len(steps)-1 {
			told = fmt.Sprint(answer.Code, answer.Header(), answer.Body)
		}
	}
	return told
}

func without(told string, members ...string) string {
	for _, name := range members {
		before, rest, found := strings.Cut(told, `"`+name+`":"`)
		if _, after, closed := strings.Cut(rest, `"`); found && closed {
			told = before + after
		}
	}
	return told
}

func TestEachChoiceShows(t *testing.T) {
	for _, name := range named() {
		steps, known := shownBy[name]
		if !known {
			t.Errorf("%s: no request shows it", name)
		}
		honest, chosen := seen(started(), steps), seen(started(name), steps)
		if name != "touched-by-every-update" {
			honest, chosen = without(honest, "updateTime", "etag"), without(chosen, "updateTime", "etag")
		}
		if honest == chosen && steps != nil {
			t.Errorf("%s: makes no difference to %s", name, honest)
		}
	}
}

func named() []string {
	var found []string
	for _, each := range faults {
		found = append(found, each.Name)
	}
	for _, each := range variants {
		found = append(found, each.Name)
	}
	return found
}

func TestTheRateIsLimited(t *testing.T) {
	service := started("rate-limited")
	for i := 0; i < 200; i++ {
		if strings.HasPrefix(seen(service, []step{get(vehiclePath)}), "429") {
			return
		}
	}
	t.Error("200 requests at once were all answered")
}
