package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// The two customers' access tokens.
const (
	northToken = "north-5f2c8e"
	southToken = "south-91ab07"
)

const northSeed = `{
 "drivers": {
  "anna-keller": {"displayName": "Anna Keller", "email": "anna.keller@example.com", "phoneNumber": "+494012345678", "employmentType": "FULL_TIME",
   "licenseClasses": ["B", "C", "CE"], "licenseExpireDate": {"year": 2029, "month": 4, "day": 30},
   "homeAddress": {"regionCode": "DE", "postalCode": "20457", "locality": "Hamburg", "addressLines": ["Am Sandtorkai 4"]},
   "hourlyRate": {"currencyCode": "EUR", "units": "18", "nanos": 500000000}, "maxShiftDuration": "32400s",
   "emergencyContacts": [{"displayName": "Jan Keller", "phoneNumber": "+491701234567", "relationship": "PARTNER"},
    {"displayName": "Ute Keller", "phoneNumber": "+49891234567", "relationship": "PARENT"}], "labels": {"shift": "early", "depot": "north"}},
  "tom-brandt": {"displayName": "Tom Brandt", "email": "tom.brandt@example.com", "employmentType": "CONTRACTOR", "licenseClasses": ["B"],
   "licenseExpireDate": {"year": 2027, "month": 12, "day": 1}, "homeAddress": {"regionCode": "DE", "locality": "Bremen"}}},
 "vehicles": {
  "tipper-17": {"displayName": "Tipper 17", "description": "Gravel, harbour side", "vehicleType": "TRUCK", "licensePlate": "HH-AB 1234",
   "vin": "WDB9634031L123456", "state": "ACTIVE", "odometerMeters": "128400000", "seatCount": 2, "tankCapacityLiters": 390.5,
   "engine": {"fuelType": "DIESEL", "powerKw": 210, "displacementCc": 10677, "model": "OM 470"}, "driver": "drivers/anna-keller",
   "idleTimeout": "300s", "nextInspectionTime": "2027-03-01T08:00:00Z",
   "inspections": [{"inspectTime": "2025-03-03T09:15:00Z", "result": "PASSED", "inspector": "M. Voss", "notes": "New tyres."},
    {"inspectTime": "2026-03-02T10:00:00Z", "result": "PASSED_WITH_DEFECTS", "inspector": "M. Voss"}], "labels": {"depot": "north", "team": "gravel"}},
  "van-3": {"displayName": "Van 3", "vehicleType": "VAN", "licensePlate": "HH-VN 303", "vin": "WF0XXXTTGXKA12345", "state": "IN_MAINTENANCE",
   "odometerMeters": "60210500", "seatCount": 3, "engine": {"fuelType": "ELECTRIC", "powerKw": 135}, "labels": {"depot": "north"}}},
 "geofences": {
  "harbour-gate": {"displayName": "Harbour gate", "enabled": true, "priority": 10,
   "circle": {"center": {"latitude": 53.5413, "longitude": 9.9841}, "radiusMeters": 250}, "alertOn": ["ENTER", "EXIT"], "dwellDuration": "900s",
   "activeHours": {"timeZone": "Europe/Berlin", "startTime": {"hours": 6, "minutes": 30}, "endTime": {"hours": 20, "minutes": 0}},
   "alertEmails": ["desk@example.com", "night@example.com"], "labels": {"zone": "port"}},
  "quarry": {"displayName": "Quarry", "enabled": false, "polygon": {"vertices": [{"latitude": 53.6, "longitude": 10.1},
   {"latitude": 53.61, "longitude": 10.1}, {"latitude": 53.61, "longitude": 10.12}]}, "alertOn": ["EXIT"]}}}`

const southSeed = `{
 "drivers": {
  "lea-huber": {"displayName": "Lea Huber", "email": "lea.huber@example.org", "phoneNumber": "+43123456789", "employmentType": "PART_TIME",
   "licenseClasses": ["B", "D"], "licenseExpireDate": {"year": 2028, "month": 2, "day": 29},
   "homeAddress": {"regionCode": "AT", "postalCode": "1010", "locality": "Wien"}, "hourlyRate": {"currencyCode": "EUR", "units": "21"},
   "maxShiftDuration": "28800s", "labels": {"shift": "late"}}},
 "vehicles": {
  "bus-8": {"displayName": "Bus 8", "description": "School line", "vehicleType": "CAR", "licensePlate": "W-88 BUS", "vin": "WEB62800012345678",
   "state": "ACTIVE", "odometerMeters": "901000", "seatCount": 45, "tankCapacityLiters": 300, "engine": {"fuelType": "HYBRID", "powerKw": 260},
   "driver": "drivers/lea-huber", "idleTimeout": "120s", "labels": {"line": "school"}}},
 "geofences": {
  "school-yard": {"displayName": "School yard", "enabled": true, "priority": 50,
   "circle": {"center": {"latitude": 48.21, "longitude": 16.37}, "radiusMeters": 80}, "alertOn": ["ENTER"], "labels": {"zone": "school"}}}}`

// seeded is the store as the service starts with it.
func seeded() *Store {
	return &Store{Fleets: []*Fleet{fleetOf(northToken, northSeed), fleetOf(southToken, southSeed)}}
}

func fleetOf(token, seed string) *Fleet {
	fleet := &Fleet{Token: token, Records: map[string]map[string]Message{}}
	collections, err := parse([]byte(seed))
	if err != nil {
		panic(err)
	}
	for _, collection := range []string{"drivers", "vehicles", "geofences"} {
		fleet.Records[collection] = map[string]Message{}
		records := collections[collection].(map[string]any)
		for _, id := range names(records) {
			fleet.plant(kinds[collection], id, records[id].(map[string]any))
		}
	}
	return fleet
}

func (f *Fleet) plant(kind *Resource, id string, body map[string]any) {
	decoded := decoder{choices: Choices{}}
	record, _ := decoded.message(kind.Type, "", body).(Message)
	if found := append(decoded.violations, kind.Check(f, record)...); len(found) > 0 {
		panic(fmt.Sprint(id, found))
	}
	if state, ok := body["state"]; ok {
		record["state"] = state
	}
	f.add(kind.Collection, id, record)
}

// ready is the ready file's content: where the service and its document are, and which records may be changed.
func ready(address string) []byte {
	operations := []any{}
	for _, each := range []struct{ parameter, record, other string }{
		{"vehicle", "tipper-17", "bus-8"}, {"driver", "anna-keller", "lea-huber"}, {"geofence", "harbour-gate", "school-yard"},
	} {
		path := "/v1/" + each.parameter + "s/{" + each.parameter + "}"
		operations = append(operations, map[string]any{
			"method": "PATCH", "path": path, "read": path, "token": northToken,
			"record": map[string]any{"path": map[string]string{each.parameter: each.record}},
			"other":  map[string]any{"path": map[string]string{each.parameter: each.other}, "token": southToken},
		})
	}
	content, _ := json.Marshal(map[string]any{
		"url":        "http://" + address,
		"api":        "fleet",
		"openapi":    document(),
		"operations": operations,
		"values":     map[string]any{"driver": []string{"drivers/anna-keller", "drivers/tom-brandt"}},
	})
	return content
}

// document is the path of openapi.yaml, beside the program.
func document() string {
	program, _ := os.Executable()
	return filepath.Join(filepath.Dir(program), "openapi.yaml")
}
