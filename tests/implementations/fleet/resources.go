package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Kinds of resources, by their collections.
var kinds = map[string]*Resource{
	"vehicles":  {Collection: "vehicles", ID: "vehicleId", Type: vehicle, Check: checkVehicle},
	"drivers":   {Collection: "drivers", ID: "driverId", Type: driver, Check: checkDriver, MaskRequired: true},
	"geofences": {Collection: "geofences", ID: "geofenceId", Type: geofence, Check: checkGeofence},
}

// Resource is one kind of resource. Check reports what the fields alone do not tell.
type Resource struct {
	Collection   string
	ID           string
	Type         *Type
	MaskRequired bool
	Check        func(fleet *Fleet, updated Message) []Violation
}

const day = 86400

var (
	phone    = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	labelKey = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
)

func managed() []Field {
	return []Field{
		{Name: "name", OutputOnly: true},
		{Name: "uid", OutputOnly: true},
		{Name: "createTime", OutputOnly: true},
		{Name: "updateTime", OutputOnly: true},
		{Name: "etag", Precondition: true},
		{Name: "labels", Kind: Map, MaxItems: 64, MaxLength: 63},
	}
}

var engine = &Type{Fields: []Field{
	{Name: "fuelType", Kind: Enum, Enum: []string{"PETROL", "DIESEL", "ELECTRIC", "HYBRID", "HYDROGEN"}},
	{Name: "powerKw", Kind: Int32, Min: 1, Max: 2000},
	{Name: "displacementCc", Kind: Int32, Max: 30000},
	{Name: "model", MaxLength: 40},
}}

var inspection = &Type{Whole: true, Fields: []Field{
	{Name: "inspectTime", Kind: Timestamp, Required: true},
	{Name: "result", Kind: Enum, Required: true, Enum: []string{"PASSED", "PASSED_WITH_DEFECTS", "FAILED"}},
	{Name: "inspector", MaxLength: 80},
	{Name: "notes", MaxLength: 200},
}}

var vehicle = &Type{Fields: append(managed(), []Field{
	{Name: "displayName", Required: true, MinLength: 1, MaxLength: 63},
	{Name: "description", MaxLength: 500},
	{Name: "vehicleType", Kind: Enum, Required: true, Enum: []string{"CAR", "VAN", "TRUCK", "TRAILER", "MOTORCYCLE"}},
	{Name: "licensePlate", Required: true, Pattern: regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 -]{0,10}[A-Za-z0-9]$`), Normal: strings.ToUpper},
	{Name: "vin", Required: true, Immutable: true, Pattern: regexp.MustCompile(`^[A-HJ-NPR-Z0-9]{17}$`)},
	{Name: "state", OutputOnly: true},
	{Name: "odometerMeters", Kind: Int64},
	{Name: "seatCount", Kind: Int32, Min: 1, Max: 80},
	{Name: "tankCapacityLiters", Kind: Double, Max: 2000},
	{Name: "engine", Kind: Object, Type: engine},
	{Name: "driver", Pattern: regexp.MustCompile(`^drivers/[a-z][a-z0-9-]*$`)},
	{Name: "idleTimeout", Kind: Duration, Max: day},
	{Name: "nextInspectionTime", Kind: Timestamp},
	{Name: "inspections", Kind: Object, Repeated: true, MaxItems: 20, Type: inspection},
}...)}

var date = &Type{Whole: true, Fields: []Field{
	{Name: "year", Kind: Int32, Required: true, Min: 1, Max: 9999},
	{Name: "month", Kind: Int32, Required: true, Min: 1, Max: 12},
	{Name: "day", Kind: Int32, Required: true, Min: 1, Max: 31},
}}

var postalAddress = &Type{Fields: []Field{
	{Name: "regionCode", Required: true, Pattern: regexp.MustCompile(`^[A-Z]{2}$`)},
	{Name: "postalCode", MaxLength: 16},
	{Name: "locality", MaxLength: 80},
	{Name: "addressLines", Repeated: true, MaxItems: 4, MinLength: 1, MaxLength: 100},
}}

var money = &Type{Whole: true, Fields: []Field{
	{Name: "currencyCode", Required: true, Pattern: regexp.MustCompile(`^[A-Z]{3}$`)},
	{Name: "units", Kind: Int64, Required: true},
	{Name: "nanos", Kind: Int32, Max: 999999999},
}}

var emergencyContact = &Type{Whole: true, Fields: []Field{
	{Name: "displayName", Required: true, MinLength: 1, MaxLength: 80},
	{Name: "phoneNumber", Required: true, Pattern: phone},
	{Name: "relationship", Kind: Enum, Enum: []string{"PARTNER", "PARENT", "CHILD", "FRIEND"}},
}}

var driver = &Type{Fields: append(managed(), []Field{
	{Name: "displayName", Required: true, MinLength: 1, MaxLength: 80},
	{Name: "email", Required: true, Email: true, MaxLength: 254},
	{Name: "phoneNumber", Pattern: phone},
	{Name: "employmentType", Kind: Enum, Enum: []string{"FULL_TIME", "PART_TIME", "CONTRACTOR"}},
	{Name: "licenseClasses", Kind: Enum, Repeated: true, Unique: true, Required: true, MinItems: 1, MaxItems: 8,
		Enum: []string{"A", "B", "BE", "C", "CE", "D", "DE", "T"}},
	{Name: "licenseExpireDate", Kind: Object, Type: date},
	{Name: "homeAddress", Kind: Object, Type: postalAddress},
	{Name: "hourlyRate", Kind: Object, Type: money},
	{Name: "maxShiftDuration", Kind: Duration, Max: 57600},
	{Name: "emergencyContacts", Kind: Object, Repeated: true, MaxItems: 3, Type: emergencyContact},
}...)}

var latLng = &Type{Whole: true, Fields: []Field{
	{Name: "latitude", Kind: Double, Required: true, Min: -90, Max: 90},
	{Name: "longitude", Kind: Double, Required: true, Min: -180, Max: 180},
}}

var circle = &Type{Whole: true, Fields: []Field{
	{Name: "center", Kind: Object, Required: true, Type: latLng},
	{Name: "radiusMeters", Kind: Double, Required: true, Min: 10, Max: 100000},
}}

var polygon = &Type{Whole: true, Fields: []Field{
	{Name: "vertices", Kind: Object, Repeated: true, Required: true, MinItems: 3, MaxItems: 100, Type: latLng},
}}

var timeOfDay = &Type{Whole: true, Fields: []Field{
	{Name: "hours", Kind: Int32, Required: true, Max: 23},
	{Name: "minutes", Kind: Int32, Required: true, Max: 59},
}}

var activeHours = &Type{Fields: []Field{
	{Name: "timeZone", MaxLength: 40},
	{Name: "startTime", Kind: Object, Type: timeOfDay},
	{Name: "endTime", Kind: Object, Type: timeOfDay},
}}

var geofence = &Type{Fields: append(managed(), []Field{
	{Name: "displayName", Required: true, MinLength: 1, MaxLength: 63},
	{Name: "enabled", Kind: Bool, Required: true},
	{Name: "priority", Kind: Int32, Max: 100},
	{Name: "circle", Kind: Object, Type: circle},
	{Name: "polygon", Kind: Object, Type: polygon},
	{Name: "alertOn", Kind: Enum, Repeated: true, Unique: true, Enum: []string{"ENTER", "EXIT", "DWELL"}},
	{Name: "dwellDuration", Kind: Duration, Max: day},
	{Name: "activeHours", Kind: Object, Type: activeHours},
	{Name: "alertEmails", Repeated: true, MaxItems: 5, Email: true, MaxLength: 254},
}...)}

func checkVehicle(fleet *Fleet, updated Message) []Violation {
	name, set := updated["driver"].(string)
	if set && fleet.Records["drivers"][strings.TrimPrefix(name, "drivers/")] == nil {
		return []Violation{{"driver", "there is no such driver in this fleet"}}
	}
	return nil
}

func checkDriver(_ *Fleet, updated Message) []Violation {
	value, set := updated["licenseExpireDate"].(Message)
	if !set {
		return nil
	}
	text := fmt.Sprintf("%04d-%02d-%02d", value["year"], value["month"], value["day"])
	if _, err := time.Parse("2006-01-02", text); err != nil {
		return []Violation{{"licenseExpireDate", "there is no such date"}}
	}
	return nil
}

func checkGeofence(_ *Fleet, updated Message) []Violation {
	var found []Violation
	_, round := updated["circle"]
	_, angular := updated["polygon"]
	if round == angular {
		found = append(found, Violation{"circle", "exactly one of circle and polygon must be set"})
	}
	triggers, _ := updated["alertOn"].([]any)
	for _, trigger := range triggers {
		if _, set := updated["dwellDuration"]; trigger == "DWELL" && !set {
			found = append(found, Violation{"dwellDuration", "is required while alertOn holds DWELL"})
		}
	}
	return found
}
